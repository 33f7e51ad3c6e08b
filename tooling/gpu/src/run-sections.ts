import type { Bench, Findings } from './bench.js';
import type { Check, SectionResult, Timing } from './results.js';
import { SECTIONS } from './sections.js';

/** Runs the named parts one after the other; one that throws ends early and keeps what it had. `onSection` hears each
 * result as it grows, so that a run that is cut off leaves what it had. */
export async function runSections(
  bench: Bench,
  names: readonly string[],
  onSection: (result: SectionResult) => void,
): Promise<void> {
  const complaints: string[] = [];
  await bench.onDevice(async () => listenToDriver(bench, complaints));
  for (const name of names) {
    const { title, run } = SECTIONS[name]!;
    bench.say(`${title} …`);
    const found = { checks: [] as Check[], timings: [] as Timing[], notes: [] as string[] };
    const start = performance.now();
    const startedAt = new Date().toISOString();
    const soFar = (errors: readonly string[]) =>
      onSection({ name, title, ...found, errors, startedAt, seconds: (performance.now() - start) / 1000 });
    const report = ({ checks = [], timings = [], notes = [] }: Partial<Findings>) => {
      found.checks.push(...checks);
      found.timings.push(...timings);
      found.notes.push(...notes);
      for (const check of checks) bench.say(`  ${check.passed ? 'holds' : 'FAILS'}: ${check.what}: ${check.found}`);
      for (const timing of timings) bench.say(`  ${timing.what}: ${describe(timing)}`);
      soFar(complaints);
    };
    await run(bench, report).catch((error: unknown) => {
      complaints.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    const errors = complaints.splice(0);
    for (const error of errors) bench.say(`  ERROR: ${error}`);
    soFar(errors);
  }
}

/** WebGPU reports wrong commands and lack of memory on the side; tfjs would go on with zeros. */
function listenToDriver({ tf }: Bench, complaints: string[]): void {
  const backend: object = tf.backend();
  if (!('device' in backend)) return;
  const device = backend.device as EventTarget & { lost?: Promise<{ message: string }> };
  device.addEventListener('uncapturederror', (event) => {
    const { error } = event as Event & { error: { message: string } };
    if (complaints.length < 5) complaints.push(`WebGPU: ${error.message}`);
  });
  void device.lost?.then(({ message }) => complaints.push(`WebGPU: the device was lost: ${message}`));
}

function describe({ device, others }: Timing): string {
  const beside = others.map(({ name, spread }) => `${name} ${spread.median.toFixed(1)} ms`);
  return [`${device.median.toFixed(1)} ms`, ...beside].join(', ');
}
