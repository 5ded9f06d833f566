// Runs the other half of the text pictures: see scenarios-a.test.ts.

import { playHand } from './runner/play.ts';

playHand(1, 2);
