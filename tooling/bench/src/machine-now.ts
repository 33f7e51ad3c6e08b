import { cpus } from 'node:os';

/** What results say of the machine that they are from. */
export interface MachineNow {
  readonly processor: string;
  readonly threads: number;
  readonly node: string;
}

/** In a line, for pages. */
export function machineLine(): string {
  const { processor, threads, node } = machineNow();
  return `${processor}, ${threads} threads, node ${node}`;
}

export function machineNow(): MachineNow {
  return { processor: cpus()[0]?.model ?? 'unknown', threads: cpus().length, node: process.version };
}
