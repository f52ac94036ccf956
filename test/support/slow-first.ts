import { relative } from 'node:path'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

/** Paths below `test`: the longest file, then files that start processes, browsers or servers. */
const slow = [/^e2e\/job-isolation\./, /^(clients|e2e|web)\//, /^lib\/(store|terminal\/plugins)\//]

/**
 * Starts slow files first, so that none is left for the end, when other workers have no more work. vitest knows the
 * times of earlier runs; a fresh clone has none, and the size of a file says little.
 */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((one, two) => this.#rank(one) - this.#rank(two))
  }

  #rank({ moduleId, project }: TestSpecification): number {
    const path = relative('test', relative(project.config.root, moduleId)).replaceAll('\\', '/')
    const place = slow.findIndex((pattern) => pattern.test(path))
    return place === -1 ? slow.length : place
  }
}
