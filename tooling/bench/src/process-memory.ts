import { existsSync, readFileSync } from 'node:fs';

/**
 * Bytes that this process holds (`VmRSS`), or the most that it ever held (`VmHWM`). Not getrusage, whose maximum begins on Linux with what
 * the parent held when it forked, but where there is no /proc.
 */
export function processMemory(field: 'VmRSS' | 'VmHWM'): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  if (kibibytes !== undefined) return 1024 * Number(kibibytes);
  return field === 'VmRSS' ? process.memoryUsage.rss() : 1024 * process.resourceUsage().maxRSS;
}
