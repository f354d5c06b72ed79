/** A value in one line for a person, such that two values which differ look different where that can be seen. */
import { formatError } from '../../flow/format-error.js';
import { isFlowError } from '../../flow/flow-error.js';
import { isBytes } from '../../flow/is-bytes.js';
import { quote } from '../difference.js';
import { contentOf, fieldsOf, isError, isPlain, nameOf } from './content.js';

/** Bytes as text, errors by {@link formatError}, plain values much as in JSON, others by class, content and fields. */
export function showValue(value: unknown, around: readonly unknown[] = []): string {
  if (typeof value !== 'object' || value === null) return showPrimitive(value);
  if (isBytes(value)) return quote(value);
  if (around.includes(value)) return '(a cycle)';
  const show = (one: unknown) => showValue(one, [...around, value]);
  if (Array.isArray(value)) return `[${Array.from(value, show).join(',')}]`;
  if (isError(value)) return showError(value, show);
  const fields = ArrayBuffer.isView(value) ? [] : fieldsOf(value);
  if (isPlain(value)) return showFields(fields, show);
  const content = contentOf(value);
  if (content === undefined && fields.length === 0) return `${nameOf(value)}, into which nobody can see`;
  const parts = [nameOf(value), ...(content === undefined ? [] : [show(content)]), ...(fields.length === 0 ? [] : [showFields(fields, show)])];
  return parts.join(' ');
}

function showPrimitive(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `(function ${value.name})`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function showError(error: Error, show: Show): string {
  const text = formatError(error);
  const said = isFlowError(error) ? ['code', 'cause', 'errors'] : ['cause', 'errors'];
  const fields = fieldsOf(error).filter(([key]) => !said.includes(String(key)));
  if ('errors' in error) fields.push(['errors', error.errors]);
  const name = ['Error', 'FlowError'].includes(error.name) ? '' : `${error.name}: `;
  return `${name}${text}${fields.length === 0 ? '' : ` ${showFields(fields, show)}`}`;
}

function showFields(fields: ReturnType<typeof fieldsOf>, show: Show): string {
  return `{${fields.map(([key, value]) => `${typeof key === 'symbol' ? String(key) : JSON.stringify(key)}:${show(value)}`).join(',')}}`;
}

type Show = (value: unknown) => string;
