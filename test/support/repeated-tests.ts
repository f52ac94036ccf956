import type { Reporter, TestModule } from 'vitest/node'

/** Names the tests that passed only at their second run, so that none of them depends on luck unseen. */
export default class RepeatedTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules)
      for (const test of module.children.allTests('passed'))
        if (test.diagnostic()?.flaky === true)
          process.stdout.write(
            `passed at the second run only: ${module.relativeModuleId} > ${test.fullName}\n`,
          )
  }
}
