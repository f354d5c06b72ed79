import { PassThrough } from 'node:stream';

/** Something that takes output as a terminal of 80 columns does, or as a file does, and keeps all of it. */
export function fakeOutput(isTTY: boolean): { readonly out: NodeJS.WriteStream; readonly text: () => string } {
  const out = new PassThrough();
  let text = '';
  out.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return { out: Object.assign(out, { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream, text: () => text };
}

const ESCAPE = String.fromCharCode(27);

/** What is left to be seen: without the cursor's movements. */
export function visible(text: string): string {
  return text.replace(new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]`, 'g'), '');
}

export const SHOW_CURSOR = `${ESCAPE}[?25h`;
