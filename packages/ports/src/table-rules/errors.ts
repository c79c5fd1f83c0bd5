import { PortError } from '../errors.ts';

export const invalid = (message: string): PortError => new PortError({ code: 'validation', message });
export const tooLarge = (message: string): PortError => new PortError({ code: 'too_large', message });
