// Where the commands built for this test run are (test/build.ts).

/** Folder with one executable per command. */
export const BIN = process.env.SWDIST_TEST_BIN ?? missing();

function missing(): never {
  throw new Error('SWDIST_TEST_BIN is not set: run the tests with vitest, whose global setup builds the program');
}
