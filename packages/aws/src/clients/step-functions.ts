import { assertOptions } from '@verifiedfan/driver';
import type { JsonValue } from '@verifiedfan/ports';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { toPortError } from '../sdk/errors.ts';
import { lazily } from './lazily.ts';

export type Execution = { outcome: 'started' | 'already_started'; executionArn: string };

export type StepFunctionsClient = {
  /**
   * Starts a standard workflow once for each name: whoever comes later, a repetition after a lost answer included, gets `already_started`.
   * Step Functions says the same to another input under a name that was used within 90 days, so derive the name from the input.
   */
  startExecution(input: {
    stateMachineArn: string;
    /** 1 to 80 characters; letters, digits, `-` and `_` are safe. */
    name: string;
    /** At most 256 KiB of JSON. */
    input: JsonValue;
  }): Promise<Execution>;
};

/** Without a version or an alias behind the name of the state machine, executions do not carry those. */
const executionArn = (stateMachineArn: string, name: string): string =>
  [...stateMachineArn.replace(':stateMachine:', ':execution:').split(':').slice(0, 7), name].join(':');

/** Starts workflows. */
export const StepFunctions = (options: { connection: AwsConnection }): StepFunctionsClient => {
  assertOptions(options, ['connection']);
  const { connection } = options;
  const open = lazily(async () => {
    const sdk = await import('@aws-sdk/client-sfn');
    const client = new sdk.SFNClient(sdkConfiguration(connection));
    return { sdk, client: sdkClient(client, { name: 'stepfunctions', connection }) };
  });
  return {
    async startExecution({ stateMachineArn, name, input }) {
      const known = executionArn(stateMachineArn, name);
      try {
        const { sdk, client } = await open();
        const command = new sdk.StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
        const { executionArn: started = known } = await client.send(command);
        return { outcome: 'started', executionArn: started };
      } catch (error) {
        if (error instanceof Error && error.name === 'ExecutionAlreadyExists') {
          return { outcome: 'already_started', executionArn: known };
        }
        throw toPortError(error, { operation: 'stepfunctions.StartExecution', resource: stateMachineArn });
      }
    },
  };
};
