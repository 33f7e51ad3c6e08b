import { spawn } from 'node:child_process';

export interface ToolResult {
  /** Exit status; null when the program is not there or was killed. */
  readonly status: number | null;
  /** Standard output and standard error together. */
  readonly output: string;
  readonly isMissing: boolean;
}

/** Runs a program, found in the PATH of `env`, and waits for it. Never throws for what the program does. */
export function runTool(
  command: string,
  argv: readonly string[],
  { env, folder }: { env: NodeJS.ProcessEnv; folder?: string },
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const child = spawn(command, argv, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => resolve({ status: null, output: error.message, isMissing: true }));
    child.on('close', (status) => resolve({ status, output, isMissing: false }));
  });
}

/** The last lines of what a program said, for an error message. */
export function lastLines(output: string, count = 12): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
