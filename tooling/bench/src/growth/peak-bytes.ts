import { existsSync, readFileSync } from 'node:fs';

/** The peak of what was resident. `ru_maxrss` counts the process that this one was forked from, so it is only for systems without /proc. */
export function peakBytes(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return 1024 * Number(kibibytes ?? process.resourceUsage().maxRSS);
}
