// Reads the XML that the specs look at: enough to fail on what is not well-formed, and to find elements. No DTD, no entities
// but numeric ones, no comments.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
}

const TOKEN = /<\/([a-z]+)>|<([a-z]+)((?: [a-zA-Z0-9-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
const ATTRIBUTE = / ([a-zA-Z0-9-]+)="([^"]*)"/g;

export function parseXml(source: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [] };
  const open = [root];
  TOKEN.lastIndex = 0;
  const end = source.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(source);
    if (token === null) throw new Error(`not well-formed at ${at}: ${source.slice(at, at + 60)}`);
    const [, closing, name, attributes = '', isEmpty, content] = token;
    const parent = open.at(-1)!;
    if (closing !== undefined) {
      if (open.length < 2 || parent.name !== closing) throw new Error(`</${closing}> closes <${parent.name}>`);
      open.pop();
    } else if (name !== undefined) {
      const element = { name, attributes: Object.fromEntries([...attributes.matchAll(ATTRIBUTE)].map((one) => [one[1]!, plain(one[2]!)])), children: [] };
      parent.children.push(element);
      if (isEmpty === '') open.push(element);
    } else {
      parent.children.push(plain(content!));
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('not one whole element');
  return root.children[0] as XmlElement;
}

/** All elements of a name, at any depth, in order. */
export function elementsOf(root: XmlElement, name: string): XmlElement[] {
  const below = root.children.flatMap((child) => (typeof child === 'string' ? [] : elementsOf(child, name)));
  return root.name === name ? [root, ...below] : below;
}

export function textOf(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}

function plain(text: string): string {
  const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.exec(text);
  if (forbidden !== null) throw new Error(`a character that XML has not: U+${forbidden[0].codePointAt(0)!.toString(16)}`);
  return text.replace(/&(?:#(\d+);)?/g, (_, code?: string) => {
    if (code === undefined) throw new Error('an ampersand that is not escaped');
    return String.fromCodePoint(Number(code));
  });
}
