import type { Check, GpuResults, SectionResult, Timing } from './results.js';
import { SECTIONS } from './sections.js';
import type { Spread } from './timed.js';

/** The section of one device in `gpu.md`. */
export function describeDevice(fileName: string, results: GpuResults): string {
  const { device, machine, versions, sections } = results;
  const name = device.isSoftware
    ? `A software driver: ${device.adapter?.name ?? device.description}`
    : `${device.card ?? device.adapter?.name ?? device.description}, ${device.backend}`;
  const checks = sections.flatMap((section) => section.checks);
  const held = checks.filter(({ passed }) => passed).length;
  const total = sections.reduce((sum, { seconds }) => sum + seconds, 0);
  const facts = [
    device.adapter && `WebGPU adapter: ${device.adapter.name}.`,
    `CPU: ${machine.processor}, ${machine.cores} cores, ${machine.platform}.`,
    `${Object.entries(versions)
      .map(([what, version]) => `${what} ${version}`)
      .join(', ')}.`,
    `Size \`${results.size}\`, ${sections[0]?.startedAt.slice(0, 10)}, ${total.toFixed(0)} s.`,
    `Raw: [${fileName}](raw/${fileName}).`,
  ];
  const order = Object.keys(SECTIONS);
  const isTimed = !device.isSoftware;
  const filled = sections.filter(
    ({ checks, timings, errors }) => checks.length + (isTimed ? timings.length : 0) + errors.length > 0,
  );
  const parts = [...filled].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return [
    `## ${name}`,
    ...(device.isSoftware ? ['**This is no GPU: the numbers are checked, the times mean nothing.**'] : []),
    facts.filter(Boolean).join(' '),
    `**${held} of ${checks.length} checks hold.**${sections.some(({ errors }) => errors.length > 0) ? ' Some parts ended early.' : ''}`,
    ...parts.map((section) => describeSection(section, device.isSoftware)),
  ].join('\n\n');
}

function describeSection({ title, checks, timings, notes, errors }: SectionResult, isSoftware: boolean): string {
  return [
    `### ${title}`,
    ...(checks.length > 0 ? [checkTable(checks)] : []),
    ...(timings.length > 0 && !isSoftware ? [timingTable(timings)] : []),
    ...notes,
    ...errors.map((error) => `Ended early: ${error.split('\n', 1)[0]!}`),
  ].join('\n\n');
}

function checkTable(checks: readonly Check[]): string {
  const rows = checks.map(({ what, wanted, found, passed }) => [what, wanted, found, passed ? 'holds' : '**fails**']);
  return table(['checked against the CPU', 'wanted', 'found', ''], rows);
}

function timingTable(timings: readonly Timing[]): string {
  const rows = timings.map(({ what, device, others, work }) => [
    what,
    spell(device),
    work ? rate(work.amount / (device.median / 1000), work.unit) : '',
    others.map(({ name, spread }) => `${name} ${spell(spread)}`).join('; '),
    others.map(({ name, spread }) => `${ratio(spread.median / device.median)} ${name}`).join('; '),
  ]);
  return table(['timed', 'device', 'device does', 'CPU', 'times as fast as'], rows);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function spell({ median, lowest, highest, repeats }: Spread): string {
  return repeats === 1
    ? milliseconds(median)
    : `${milliseconds(median)} (${milliseconds(lowest)}–${milliseconds(highest)})`;
}

const milliseconds = (value: number) => value.toFixed(value < 10 ? 1 : 0);

const ratio = (value: number) => `${value >= 100 ? value.toFixed(0) : value.toPrecision(2)} ×`;

function rate(perSecond: number, unit: string): string {
  const [value, prefix] = perSecond >= 1e4 && unit.startsWith('G') ? [perSecond / 1e3, 'T'] : [perSecond, ''];
  const named = prefix ? `${prefix}${unit.slice(1)}` : unit;
  return `${value.toFixed(value < 100 ? 1 : 0)} ${named}/s`;
}
