// Sections of a patch's text file, which travels as the product's readme (patches.md 2.2, 6.3): a heading with a colon, text below it or
// behind it, up to the next heading that is not indented deeper.

/** A line that begins a section: `Other Dependencies:`, also with text behind the colon. */
const HEADING = /^([ \t]*)([A-Z][A-Za-z0-9 ()/,'-]{2,60}):([ \t].*)?$/;

/** Text of the section called `heading`, without its common indentation; undefined where there is none, or only "None" or "N/A". */
export function readmeSection(readme: string, heading: string): string | undefined {
  const lines = readme.split(/\r?\n/);
  const at = lines.findIndex((line) => HEADING.exec(line)?.[2]?.toLowerCase() === heading.toLowerCase());
  if (at < 0) return undefined;
  const [, indent = '', , behind = ''] = HEADING.exec(lines[at]!)!;
  const length = lines.slice(at + 1).findIndex((line) => {
    const next = HEADING.exec(line);
    return next !== null && next[1]!.length <= indent.length;
  });
  const below = lines.slice(at + 1, length < 0 ? undefined : at + 1 + length);
  const text = [...(behind.trim() === '' ? [] : [behind.trim()]), ...outdented(below)].join('\n');
  const trimmed = text.replace(/^(?:[ \t]*\n)+|\s+$/g, '');
  return /^(none|n\/a)?\.?$/i.test(trimmed.trim()) ? undefined : trimmed;
}

function outdented(lines: readonly string[]): string[] {
  const expanded = lines.map((line) => line.replace(/^[ \t]+/, (blanks) => blanks.replaceAll('\t', ' '.repeat(8))));
  const depths = expanded.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const common = Math.min(...depths);
  return expanded.map((line) => line.slice(common).trimEnd());
}
