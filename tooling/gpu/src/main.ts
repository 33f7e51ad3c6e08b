import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createBench } from './bench.js';
import { type Command, HELP, parseCommandLine } from './command-line.js';
import { type Device, NoDeviceError, startDevice, startReference } from './device.js';
import { nvidiaCard, thisMachine } from './machine.js';
import type { GpuResults, SectionResult, SizeName } from './results.js';
import { runSections } from './run-sections.js';

const say = (line: string) => process.stdout.write(`${line}\n`);

// Dawn keeps threads that would hold the process open.
process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  let command: Command;
  try {
    command = parseCommandLine(argv);
  } catch (error) {
    process.stderr.write(`gpu: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}\n`);
    return 2;
  }
  try {
    return await run(command);
  } catch (error) {
    if (!(error instanceof NoDeviceError)) throw error;
    process.stderr.write(`gpu: no device to measure on\n${error.message}\n`);
    return 3;
  }
}

async function run(command: Command): Promise<number> {
  if (command.task === 'help') {
    say(HELP);
    return 0;
  }
  if (command.task === 'report') {
    const { writeReport } = await import('./write-report.js');
    say(`wrote ${await writeReport(command.out)}`);
    return 0;
  }
  const device = await startDevice(command.backend);
  say(device.description);
  if (command.task === 'measure') return measure(command, device);
  const { adapter } = device;
  say(JSON.stringify({ adapter, card: nvidiaCard(), machine: thisMachine() }, null, 2));
  return 0;
}

async function measure({ size: wanted, sections, out }: Command, device: Device): Promise<number> {
  const size: SizeName = wanted ?? (device.adapter?.isSoftware ? 'smoke' : 'full');
  const path = join(out, `gpu-${slugOf(device)}.json`);
  mkdirSync(out, { recursive: true });
  const found = new Map(earlierSections(path, size).map((section) => [section.name, section]));
  await startReference();
  await runSections(createBench(device, { size, say }), sections, (section) => {
    found.set(section.name, section);
    const results: GpuResults = { ...describeRun(device), size, sections: [...found.values()] };
    writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
  });
  const failed = sections
    .flatMap((name) => found.get(name) ?? [])
    .filter(({ checks, errors }) => errors.length > 0 || checks.some(({ passed }) => !passed));
  say(`wrote ${path}`);
  if (failed.length > 0) say(`not all holds: ${failed.map(({ name }) => name).join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}

/** Of an earlier run on this device, so that parts can be repeated alone. */
function earlierSections(path: string, size: SizeName): readonly SectionResult[] {
  if (!existsSync(path)) return [];
  const earlier = JSON.parse(readFileSync(path, 'utf8')) as GpuResults;
  return earlier.size === size ? earlier.sections : [];
}

function describeRun(device: Device): Pick<GpuResults, 'device' | 'machine' | 'versions'> {
  const isSoftware = device.adapter?.isSoftware ?? false;
  return {
    device: {
      backend: device.name,
      description: device.description,
      adapter: device.adapter,
      card: isSoftware ? undefined : nvidiaCard(),
      isSoftware,
    },
    machine: thisMachine(),
    versions: {
      node: process.versions.node,
      'tensorflow.js': device.tf.version_core,
      ...(device.name === 'webgpu' && { 'webgpu (Dawn)': packageVersion('webgpu') }),
    },
  };
}

function packageVersion(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** For file names: the device and how it was reached. */
function slugOf({ name, adapter }: Device): string {
  const card = adapter?.isSoftware ? undefined : nvidiaCard()?.split(',')[0];
  const what = card ?? adapter?.name.split(' ').slice(0, 2).join(' ') ?? 'cpu';
  return `${what} ${name}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
