import { cpus } from 'node:os';

/** What results say of the machine that they are from. */
export interface MachineNow {
  readonly processor: string;
  readonly threads: number;
  readonly node: string;
}

export function machineNow(): MachineNow {
  return { processor: cpus()[0]?.model ?? 'unknown', threads: cpus().length, node: process.version };
}
