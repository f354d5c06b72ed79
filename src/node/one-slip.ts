/** Whether a name is another one but for a slip of the pen: a letter too many, too few, wrong or in the wrong place, or no unit. */
export function isOneSlip(name: string, meant: string): boolean {
  if (name === meant || Math.min(name.length, meant.length) < SHORTEST) return false;
  if (`${name}Ms` === meant) return true;
  if (Math.abs(name.length - meant.length) > 1) return false;
  let at = 0;
  while (at < name.length && name[at] === meant[at]) at += 1;
  const rest = (text: string, from: number) => text.slice(at + from);
  const isSwapped = name[at] === meant[at + 1] && name[at + 1] === meant[at] && rest(name, 2) === rest(meant, 2);
  return isSwapped || rest(name, 1) === rest(meant, 1) || rest(name, 1) === rest(meant, 0) || rest(name, 0) === rest(meant, 1);
}

/** Of shorter names too many are like each other. */
const SHORTEST = 4;
