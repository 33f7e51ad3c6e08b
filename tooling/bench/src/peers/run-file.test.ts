import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSection } from './report.js';
import { openRun, type PeerRun, type RunSettings, saveRun, type Turn } from './run-file.js';
import { SMALL } from './scale.js';

const settings: RunSettings = {
  machine: { processor: 'EPYC', cores: 2, node: 'v20.20.2', commit: 'abc' },
  sdk: null,
  scale: SMALL,
};
const turn: Turn = { work: 'rows', startedAt: '2026-11-26T08:00:00Z', loadBefore: 0, readings: {}, agreement: [] };

describe('the file of a run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'peers-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps finished turns for a run that goes on', async () => {
    const path = join(folder, 'run.json');
    expect(openRun(path, settings, { forget: [] }).turns).toEqual([]);
    const other: Turn = { ...turn, work: 'epoch' };
    await saveRun(path, { ...settings, turns: [turn, other] });
    expect(openRun(path, settings, { forget: [] }).turns).toEqual([turn, other]);
    expect(openRun(path, settings, { forget: ['rows'] }).turns).toEqual([other]);
  });

  it('is not mixed with what other code measured', async () => {
    const path = join(folder, 'run.json');
    await saveRun(path, { ...settings, turns: [turn] });
    const other = { ...settings, machine: { ...settings.machine, commit: 'def' } };
    expect(() => openRun(path, other, { forget: [] })).toThrow('--fresh');
    expect(openRun(path, other, { forget: ['epoch'] }).turns).toEqual([]);
  });

  it('replaces the section of a page and nothing else', async () => {
    const [page, run] = [join(folder, 'page.md'), { ...settings, turns: [turn] } satisfies PeerRun];
    writeFileSync(page, 'before\n<!-- bench peers: begin -->\nold\n<!-- bench peers: end -->\nafter\n');
    await writeSection(page, run);
    const text = readFileSync(page, 'utf8');
    expect(text).toMatch(/^before\n<!-- bench peers: begin -->\n\| work/);
    expect(text).toMatch(/<!-- bench peers: end -->\nafter\n$/);
    expect(text).not.toContain('old');
    writeFileSync(page, 'no marks');
    await expect(writeSection(page, run)).rejects.toThrow('lacks the marks');
  });
});
