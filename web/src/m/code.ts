/**
 * What a scan or a person gave: an address of our own (…/t/CODE, or a GS1 Digital Link whose serial is the code),
 * a code written with blanks and hyphens, or a lot number.
 */
export type Found = { kind: 'code'; code: string } | { kind: 'lot'; lot: string } | { kind: 'other'; text: string };

/** As lib/tracecode: 20 of 32 letters without I L O U; O reads 0, I and L read 1, full-width forms too. */
function canonical(s: string): string {
  return s.toUpperCase().replace(/[\uFF01-\uFF5E]/g, c => String.fromCharCode(c.charCodeAt(0) - 0xfee0).toUpperCase()).replace(/[\s\u3000\u2010-\u2015\u2212-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}
const isCode = (s: string) => /^[0-9A-HJKMNP-TV-Z]{20}$/.test(s);

export function understand(text: string): Found {
  const s = text.trim();
  const inUrl = s.match(/^https?:\/\/[^/]+\/(?:.*\/)?(?:t|21)\/([^/?#]+)/i);
  if (inUrl) {
    const c = canonical(decodeURIComponent(inUrl[1]));
    if (isCode(c)) return { kind: 'code', code: c };
  }
  const c = canonical(s);
  if (isCode(c) && !/^\d{6}-\d{8}-/.test(s)) return { kind: 'code', code: c };
  if (/^\d{6}-?\d{8}-?\d{3,}/.test(s)) return { kind: 'lot', lot: s.toUpperCase() };
  return { kind: 'other', text: s };
}
export const grouped = (code: string) => code.replace(/(.{4})(?=.)/g, '$1-');
