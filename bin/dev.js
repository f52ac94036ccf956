#!/usr/bin/env node
// Runs the sources as they are: Node strips the types. What package.json says of ./dist/*.js holds for ./src/*.ts.
import { readFileSync } from 'node:fs'
import { main } from '../src/main.ts'

function toSources(value) {
  if (typeof value === 'string')
    return value.replace(/^\.\/dist\/(.*?)(\.js)?$/, (_, file, js) => `./src/${file}${js ? '.ts' : ''}`)
  if (Array.isArray(value)) return value.map(toSources)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toSources(inner)]))
}

const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
process.exitCode = await main(process.argv.slice(2), { ...pjson, oclif: toSources(pjson.oclif) })
