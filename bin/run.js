#!/usr/bin/env node
// Old syntax throughout: an older Node must be able to read this file to say that it is too old.
// An import would read every export of these modules, and load streams with them. Too old a Node lacks the function,
// and gets no further than its version.
var builtin = process.getBuiltinModule || function () {}
var fs = builtin('node:fs')
var module = builtin('node:module')
var path = builtin('node:path')

var OLDEST = [22, 19]

function isTooOld(version) {
  var parts = version.replace(/^v/, '').split('.').map(Number)
  return parts[0] < OLDEST[0] || (parts[0] === OLDEST[0] && parts[1] < OLDEST[1])
}

function homedir() {
  return builtin('node:os').homedir()
}

// Beside everything else that qwenctl caches; inside QWENCTL_HOME only once that folder is there.
function cacheFolder() {
  var home = process.env.QWENCTL_HOME
  if (home) return fs.existsSync(home) ? path.join(home, 'cache', 'compiled') : null
  var base = process.env.XDG_CACHE_HOME
  if (!base && process.platform === 'darwin') base = path.join(homedir(), 'Library', 'Caches')
  if (!base && process.platform === 'win32') base = process.env.LOCALAPPDATA
  return path.join(base || path.join(homedir(), '.cache'), 'qwenctl', 'compiled')
}

// Whoever can write cached code can run it, so the folder must be ours alone.
function isOurs(folder) {
  var stat = fs.lstatSync(folder)
  if (!stat.isDirectory()) return false
  if (process.platform === 'win32') return true
  return stat.uid === process.getuid() && (stat.mode & 0o022) === 0
}

function keepCompiledCode() {
  if (process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return
  try {
    var folder = cacheFolder()
    if (folder === null) return
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (isOurs(folder)) module.enableCompileCache(folder)
  } catch (error) {
    // No place to keep it (read-only disk, no home): every start compiles again, and nothing else changes.
  }
}

if (isTooOld(process.version)) {
  process.stderr.write(
    'qwenctl needs Node ' +
      OLDEST.join('.') +
      ' or newer, and this is ' +
      process.version +
      ': install a newer one from https://nodejs.org or with your version manager\n',
  )
  process.exitCode = 1
} else {
  keepCompiledCode()
  var main = new URL('../dist/main.js', import.meta.url)
  if (!fs.existsSync(main)) {
    process.stderr.write(
      'qwenctl is not built: run npm run setup in ' + path.dirname(import.meta.dirname) + '\n',
    )
    process.exitCode = 1
  } else {
    import(main.href)
      .then(function (loaded) {
        return loaded.main(process.argv.slice(2))
      })
      .then(function (exit) {
        process.exitCode = exit
      })
  }
}
