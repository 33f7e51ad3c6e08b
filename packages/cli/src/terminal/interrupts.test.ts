import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeHost } from '../testing/fake-host.js';
import { createInterrupts } from './interrupts.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

it('cancels at the first interrupt, and ends the process at one that comes when nothing has reacted for a second', () => {
  const { host, interrupt, given, written } = fakeHost();
  const { signal } = createInterrupts(host);
  expect(signal.aborted).toBe(false);
  interrupt();
  expect(signal.aborted).toBe(true);
  vi.advanceTimersByTime(900);
  interrupt();
  expect({ ...given, ...written }).toEqual({ up: 0, stdout: '', stderr: '' });
  vi.advanceTimersByTime(100);
  interrupt();
  expect(given.up).toBe(1);
  expect(written.stderr).toMatch(/^\nsdm: given up at once[^\n]*\n$/);
});

it('asks for an orderly end first where there is one', () => {
  const { host, interrupt, given, written } = fakeHost({ isTTY: true });
  const { signal, stopSignal, stopFirst } = createInterrupts(host);
  stopFirst();
  interrupt();
  expect([stopSignal.aborted, signal.aborted]).toEqual([true, false]);
  vi.advanceTimersByTime(60_000);
  interrupt();
  expect({ isCancelled: signal.aborted, ...given }).toEqual({ isCancelled: true, up: 0 });
  vi.advanceTimersByTime(60_000);
  interrupt();
  expect(given.up).toBe(1);
  expect(written.stderr).toContain('\u001b[?25h');
});

it('lets an interrupt arrive that came during work without a pause', async () => {
  const { host, interrupt } = fakeHost();
  const { check } = createInterrupts(host);
  await check();
  setImmediate(interrupt);
  await expect(check()).rejects.toMatchObject({ code: 'aborted' });
});
