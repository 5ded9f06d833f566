// Runs every other text picture of this folder (see README.md here): one test a file, each command as a program in a temporary root.

import { expect, test } from 'vitest';
import { pictureNames, playHand } from './runner/play.ts';

test('every id S01-S60 of patches.md has its picture', () => {
  const ids = new Set(pictureNames().flatMap((name) => /^S\d\d/.exec(name)?.[0] ?? []));
  expect(ids.size).toBe(60);
});

playHand(0, 2);
