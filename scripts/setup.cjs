// What `npm test`, `npm run demo` and `npm run setup` start: it installs what the lock file names, then runs the given
// script with the pinned Node. It must itself run on any Node, so it is plain CommonJS of old syntax.
'use strict'
var childProcess = require('child_process')
var crypto = require('crypto')
var fs = require('fs')
var path = require('path')

var root = path.join(__dirname, '..')
var stamp = path.join(root, 'node_modules', '.qwenctl-setup')
var npm = process.env.npm_execpath
var script = process.argv[2]
var rest = process.argv.slice(3)

function run(args, env) {
  var command = npm ? process.execPath : 'npm'
  var full = npm ? [npm].concat(args) : args
  var done = childProcess.spawnSync(command, full, {
    cwd: root,
    env: env,
    stdio: 'inherit',
    shell: !npm && process.platform === 'win32',
  })
  if (done.status !== 0) process.exit(done.status === null ? 1 : done.status)
}

function lockHash() {
  return crypto
    .createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
}

function isInstalled() {
  try {
    return fs.readFileSync(stamp, 'utf8') === lockHash()
  } catch (error) {
    return false // no stamp: never installed, or swept away
  }
}

if (!isInstalled() || process.env.CI === 'true') {
  run(['ci', '--no-audit', '--no-fund', '--loglevel=error'], process.env)
  fs.writeFileSync(stamp, lockHash())
}
if (script) {
  // Ctrl-C reaches the whole group: whoever started it waits until it has tidied up.
  process.on('SIGINT', function () {})
  // `npm run` puts node_modules/.bin, and with it the pinned Node, first in PATH.
  // The demo says what to install next, which needs a new enough Node of the system.
  var env = Object.assign({}, process.env, { QWENCTL_SYSTEM_NODE: process.version })
  run(['run', script === 'demo' ? 'demo:run' : script, '--silent', '--'].concat(rest), env)
  if (script === 'build') console.log('qwenctl is built. Next: npm link' + nodeNote())
}

function nodeNote() {
  var parts = process.version.slice(1).split('.').map(Number)
  if (parts[0] > 22 || (parts[0] === 22 && parts[1] >= 19)) return ''
  return ', with Node 22.19 or newer: this is ' + process.version
}
