import { questions } from './inside.ts';

/** The arguments that make the probe answer everything and stay until it is killed. */
export const probe = ['/bin/probe', ...questions.flatMap((question) => [...question, ',']), 'stay'];
