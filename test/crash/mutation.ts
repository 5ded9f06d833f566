// Bytes gone wrong, repeatably: a seeded random source, and one mutation after another on inputs of a corpus.

/** Numbers in [0, 1) from a seed (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What parsers trip over. */
const WORDS = [
  '..',
  '/',
  '../../../etc/passwd',
  '\n',
  '\r\n',
  '"',
  "'",
  '\\',
  '\0',
  '\u001b[2J',
  '<',
  '#',
  '{',
  '}',
  '|',
  ',r>=',
  ',l=',
  '.*',
  '[',
  '[!',
  '99999999999999999999',
  '-1',
  '1e309',
  '0x7f',
  'NaN',
  '77777777777',
  '\u00e9',
  '\ufffd',
  '\u202e',
  'end\n',
  'product\n',
  'fileset\n',
  'file\n',
  'control_file\n',
  'tag ..\n',
  'path /../x\n',
  'type d\n',
  'type c\n',
  'size 1073741824\n',
  'compression_state compressed\n',
  '__proto__',
  'constructor',
  'true',
  '   ',
  '\t',
  'x'.repeat(65536),
].map((word) => Buffer.from(word));

/** `input` after one to six changes; some take a piece of `other`. */
export function mutate(input: Buffer, other: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let left = 1 + Math.floor(random() * 6); left > 0; left--) bytes = changed(bytes, other, random);
  return bytes;
}

function changed(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const at = (length: number) => Math.floor(random() * (length + 1));
  const from = at(bytes.length);
  const to = Math.min(bytes.length, from + at(64));
  switch (Math.floor(random() * 8)) {
    case 0:
    case 1: {
      if (bytes.length === 0) return bytes;
      const place = Math.min(from, bytes.length - 1);
      bytes[place] = bytes[place]! ^ (1 << Math.floor(random() * 8));
      return bytes;
    }
    case 2:
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
    case 4:
    case 5:
      return Buffer.concat([
        bytes.subarray(0, from),
        WORDS[Math.floor(random() * WORDS.length)]!,
        bytes.subarray(random() < 0.5 ? from : to),
      ]);
    case 6: {
      const start = at(other.length);
      return Buffer.concat([bytes.subarray(0, from), other.subarray(start, start + at(512)), bytes.subarray(to)]);
    }
    default:
      return random() < 0.3 ? bytes.subarray(0, from) : bytes;
  }
}

/** Makes the checksums of tar headers right again, so that what lies behind them is read too. */
export function rightTar(bytes: Buffer): Buffer {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    bytes.write('        ', at + 148);
    const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148);
  }
  return bytes;
}
