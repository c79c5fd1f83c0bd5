/** The least that a function can be: what it takes is Node's. */
export const handler = async (): Promise<null> => null;
