/**
 * What every directory must do, as tests for any framework: `directoryConformance({ test, makeDirectory })` with the
 * `test` of vitest, node:test, jest or mocha. A broken promise is a thrown Error. The users and groups are the suite's
 * own (`conformanceTree`); an adapter has them loaded into what is behind it, by its own means. What only one kind of
 * directory can show, adapters test themselves.
 */
import type { DirectoryData } from '../../directory/data.js';
import type { Directory, DirectoryGroup, DirectoryUser } from '../../ports/directory.js';
import type { DirectoryAbilities } from './expected.js';
import { endsAtItsDeadline, endsWithTheEvaluation, saysNothingWhileDown } from './fault-cases.js';
import { groupCases } from './group-cases.js';
import { type RegisterTest, register, withSubject } from './register.js';
import { conformanceTree } from './tree.js';
import { userCases } from './user-cases.js';

export interface DirectoryConformance<D extends Directory = Directory> {
  /** The framework's function that registers a test. */
  readonly test: RegisterTest;
  /** A directory of this tree; called for each test, the tree is always the same one. */
  readonly makeDirectory: (tree: Required<DirectoryData>) => D | Promise<D>;
  /** Called after each test, also a failed one. */
  readonly dispose?: (directory: D) => Promise<void> | void;
  /** What this kind of directory is without: `{ nestedGroups: false }`. Default: nothing but `principals`. The cases
   * are skipped, by name. */
  readonly abilities?: Partial<DirectoryAbilities>;
  /** Makes what is behind it fail. Without one the cases on it are skipped, by name. */
  readonly faults?: {
    /** It cannot be reached any more. */
    readonly down?: (directory: D) => Promise<void> | void;
    /** It does not answer any more. */
    readonly silent?: (directory: D) => Promise<void> | void;
    /** Whether a question ends at its deadline, though nobody aborts it. Default true. */
    readonly deadlines?: boolean;
  };
  /** The same user or group when the entry has been deleted. Default: `alice` and `Class5a` in the id become other
   * names, and sid and posix account are gone. */
  readonly gone?: {
    readonly user?: (user: DirectoryUser) => DirectoryUser;
    readonly group?: (group: DirectoryGroup) => DirectoryGroup;
  };
}

const ALL: DirectoryAbilities = {
  nestedGroups: true,
  contacts: true,
  primaryGroups: true,
  groupAddresses: true,
  otherAddresses: true,
  displayNames: true,
  states: true,
  posix: true,
  principals: false,
};

const goneUser = (user: DirectoryUser): DirectoryUser => ({
  ...user,
  id: user.id.replaceAll('alice', 'gone.since'),
  login: 'gone.since',
  sid: undefined,
  posix: undefined,
});

const goneGroup = (group: DirectoryGroup): DirectoryGroup => ({
  ...group,
  id: group.id.replaceAll('Class5a', 'Gone-Since'),
  name: 'Gone-Since',
  sid: undefined,
  gid: undefined,
});

/** Registers one test for each promise of the port. Returns how many, so that a suite which registers none can be
 * noticed. */
export function directoryConformance<D extends Directory>(suite: DirectoryConformance<D>): number {
  const has = { ...ALL, ...suite.abilities };
  const gone = { user: suite.gone?.user ?? goneUser, group: suite.gone?.group ?? goneGroup };
  let count = 0;
  const add = (name: string, lacking: readonly string[], run: (directory: D) => Promise<void>): void => {
    count++;
    register(suite.test, `directory: ${name}`, lacking, () =>
      withSubject(() => suite.makeDirectory(conformanceTree), suite.dispose, run),
    );
  };
  for (const [name, { needs = [], run }] of Object.entries({ ...userCases, ...groupCases })) {
    const lacking = needs.filter((ability) => !has[ability]);
    add(name, lacking, (directory) => run({ directory, has, gone }));
  }
  const { down, silent, deadlines = true } = suite.faults ?? {};
  const noSilence = silent === undefined ? ['faults.silent'] : [];
  add(
    'cannot tell while it is down, and asking again may help',
    down === undefined ? ['faults.down'] : [],
    (directory) => saysNothingWhileDown(directory, has, () => down?.(directory)),
  );
  add('ends with the evaluation that asks', noSilence, (directory) =>
    endsWithTheEvaluation(directory, has, () => silent?.(directory)),
  );
  add('ends at the deadline of the question', deadlines ? noSilence : ['faults.deadlines'], (directory) =>
    endsAtItsDeadline(directory, has, () => silent?.(directory)),
  );
  return count;
}
