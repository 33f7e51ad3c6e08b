#!/usr/bin/env node
import { runCommandLine } from './run-command-line.js';
import { processHost } from './terminal/host.js';

process.exitCode = await runCommandLine(process.argv.slice(2), processHost());
