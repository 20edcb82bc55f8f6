import { accessSync, constants } from 'node:fs';
import { arch, platform } from 'node:os';
import { delimiter, join } from 'node:path';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge',
];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * A Chromium: the one that CONSOLE_BROWSER names, else one that is installed on this machine, else the one that npm has
 * brought, which is for Linux on x64 alone.
 * @returns its path; undefined when there is none
 */
export async function findBrowser(): Promise<string | undefined> {
  const named = process.env['CONSOLE_BROWSER'];
  if (named !== undefined && named !== 'npm') return named;
  const installed = named === 'npm' ? undefined : candidates().find(isExecutable);
  if (installed !== undefined) return installed;
  if (platform() !== 'linux' || arch() !== 'x64') return undefined;
  const { default: chromium } = await import('@sparticuz/chromium');
  // It is unpacked at first, which takes seconds.
  return chromium.executablePath();
}

function candidates(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...ELSEWHERE];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
