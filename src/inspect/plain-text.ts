/**
 * Text of unknown origin for a picture: one line, cut to a length, and without what would act on a terminal or turn the
 * text around.
 */
export function plainText(text: string, most = 80): string {
  const plain = text.replace(/\s/g, ' ').replace(ACTIVE, '\uFFFD');
  const characters = Array.from(plain);
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : plain;
}

/** Control and format characters (bidirectional marks among them), lone surrogates, and what is not assigned. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu;
