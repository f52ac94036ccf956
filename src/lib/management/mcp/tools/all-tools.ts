import type { Tool } from '../tool.ts'
import { quotaTools } from './quota-tools.ts'
import { usageTools } from './usage-tools.ts'
import { writeTools } from './write-tools.ts'

const all: readonly Tool[] = [...quotaTools, ...usageTools, ...writeTools]

/** The tools of a caller, by name. */
export function listTools(canWrite: boolean): Map<string, Tool> {
  return new Map(all.filter(({ writes }) => canWrite || !writes).map((tool) => [tool.name, tool]))
}
