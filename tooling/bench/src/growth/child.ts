// One point of the benchmark of growth, alone in a process: takes its sizes as JSON, prints what it took as JSON, and progress on stderr.
import { measureEpoch } from './epoch.js';
import type { Sizes } from './points.js';
import { processMemory } from '../process-memory.js';
import { measureScoring } from './scoring.js';

const sizes = JSON.parse(process.argv[2] ?? '') as Sizes;
const nodeBytes = processMemory('VmRSS');
const measure = { epoch: measureEpoch, score: measureScoring }[sizes.what];
const measured = await measure(sizes, (line) => {
  process.stderr.write(`${line}; ${(processMemory('VmHWM') / 1e6).toFixed(0)} MB at the peak\n`);
});
process.stdout.write(`${JSON.stringify({ ...measured, nodeBytes, peakBytes: processMemory('VmHWM') })}\n`);
