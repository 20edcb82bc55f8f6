#!/usr/bin/env node
import { runProgram } from './commands/program.ts';
import { tolerateClosedPipes } from './commands/terminal.ts';

tolerateClosedPipes();
await runProgram(process.argv.slice(2));
