// Our side of the benchmark of rows, in a process of its own: prints the seconds, the checksum and the largest resident size in bytes.
import { readRows } from '@sdmjs/interchange/node';

const startedAt = performance.now();
const { features } = await readRows(process.argv[2] ?? '');
const seconds = (performance.now() - startedAt) / 1000;
let sum = 0;
for (const value of features.data) sum += value;
const residentBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ seconds, sum, residentBytes, matrixBytes: 4 * features.data.length })}\n`);
