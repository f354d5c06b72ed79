/** Elements of SVG as text. Whatever text goes in comes out escaped, and made plain first. */
import { plainText } from '../plain-text.js';

export type Attributes = Readonly<Record<string, string | number>>;

/** An element with its children, which are elements already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(value)}"`);
  return children.length === 0 ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${children.join('')}</${name}>`;
}

/** Text for an element's content, cut to `most` characters. */
export function escaped(text: string, most = 200): string {
  return plainText(text, most).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export function text(x: number, y: number, style: string, content: string): string {
  return element('text', { x, y, class: style }, escaped(content));
}

export function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return element('line', { x1, y1, x2, y2, class: style });
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
