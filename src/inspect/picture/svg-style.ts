/**
 * The colours of a picture, light and dark by the reader's preference. Plain rules, no custom properties: viewers that know
 * neither those nor media queries draw the light picture.
 */
interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly rule: string;
  readonly in: Hue;
  readonly out: Hue;
  readonly wait: Hue;
  readonly bad: Hue;
}

interface Hue {
  readonly line: string;
  readonly fill: string;
  readonly ink: string;
}

const LIGHT: Palette = {
  paper: '#ffffff',
  ink: '#1c2128',
  faint: '#5b6470',
  rule: '#d5dae0',
  in: { line: '#2f6fd0', fill: '#e3eefc', ink: '#123f80' },
  out: { line: '#12806a', fill: '#ddf4ed', ink: '#07493b' },
  wait: { line: '#e0a100', fill: '#fff3cd', ink: '#7a5200' },
  bad: { line: '#c9252d', fill: '#ffe5e4', ink: '#8c1119' },
};

const DARK: Palette = {
  paper: '#12161c',
  ink: '#e8ecf1',
  faint: '#9aa5b1',
  rule: '#333b45',
  in: { line: '#5b9bf3', fill: '#162a47', ink: '#cfe2ff' },
  out: { line: '#35b99a', fill: '#10332b', ink: '#c2f2e5' },
  wait: { line: '#d9a521', fill: '#3a2f10', ink: '#ffdf8a' },
  bad: { line: '#f2646a', fill: '#431a1e', ink: '#ffd0d0' },
};

function colours(palette: Palette): string {
  const lanes = (['in', 'out', 'wait', 'bad'] as const).map((name) => {
    const { line, fill, ink } = palette[name];
    return `.${name}.line,.${name}.mark{stroke:${line}}.${name}.pill{fill:${fill};stroke:${line}}.${name}.bar{fill:${line}}.${name}.text{fill:${ink}}`;
  });
  const { paper, ink, faint, rule } = palette;
  return `.paper{fill:${paper}}.ink{fill:${ink}}.faint{fill:${faint}}.rule{stroke:${rule}}.quiet,.edge{stroke:${faint}}${lanes.join('')}`;
}

export const STYLE = [
  "text{font:12px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}",
  '.small{font-size:11px}.title{font-size:17px;font-weight:600}.strong{font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}',
  '.line{stroke-width:2.5}.wait.line{stroke-width:9;stroke-opacity:.75}.quiet{stroke-width:1.5;stroke-dasharray:1.5 5;stroke-linecap:round}',
  '.rule{stroke-width:1}.mark{stroke-width:3;stroke-linecap:round;fill:none}.mark.dashed,.edge{stroke-dasharray:4 4;stroke-width:1.5}.pill{stroke-width:1.2}',
  colours(LIGHT),
  `@media (prefers-color-scheme:dark){${colours(DARK)}}`,
].join('');

/** Of the typeface above, in pixels. */
export const CHARACTER = 7.25;
export const SMALL_CHARACTER = 6.65;
