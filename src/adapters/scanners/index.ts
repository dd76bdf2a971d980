/** Entry point: several scanners as one. Needs nothing. */
export { allOf, anyOf, type CombineOptions } from './combine.js';
export { type FallbackOptions, firstThatAnswers } from './first-that-answers.js';
