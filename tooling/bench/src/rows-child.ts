// Our side of the benchmark of rows, in a process of its own: prints the seconds, the checksum and the most memory that it held, in bytes.
import { readRows } from '@sdmjs/interchange/node';
import { processMemory } from './process-memory.js';

const startedAt = performance.now();
const { features } = await readRows(process.argv[2] ?? '');
const seconds = (performance.now() - startedAt) / 1000;
let sum = 0;
for (const value of features.data) sum += value;
process.stdout.write(
  `${JSON.stringify({ seconds, sum, peakBytes: processMemory('VmHWM'), matrixBytes: 4 * features.data.length })}\n`,
);
