// One point of the benchmark of growth, alone in a process: takes its sizes as JSON and, of a point that is measured in parts, the folder of these. Prints what it took as
// JSON, and progress on stderr.
import { processMemory } from '../process-memory.js';
import { measureEpoch } from './epoch.js';
import type { Sizes } from './points.js';
import { measureScoring } from './scoring.js';

const [sizesJson = '', folder] = process.argv.slice(2);
const sizes = JSON.parse(sizesJson) as Sizes;
const nodeBytes = processMemory('VmRSS');
const measure = { epoch: measureEpoch, score: measureScoring }[sizes.what];
const say = (line: string) => {
  process.stderr.write(`${line}; ${(processMemory('VmHWM') / 1e6).toFixed(0)} MB at the peak\n`);
};
const measured = await measure(sizes, say, folder);
const peak = Math.max(processMemory('VmHWM'), measured.peakBytes ?? 0);
process.stdout.write(`${JSON.stringify({ ...measured, nodeBytes, peakBytes: peak })}\n`);
