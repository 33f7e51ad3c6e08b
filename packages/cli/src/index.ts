export { runCommandLine } from './run-command-line.js';
export type { Host, OutputStream } from './terminal/host.js';
