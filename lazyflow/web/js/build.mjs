// Builds the page's bundle, and what it fetches for formulas. Names hold a hash of the content, so that browsers may
// keep the files for ever.
import {createHash} from 'node:crypto'
import {copyFileSync, readFileSync, readdirSync, unlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const out = dirname(here)

/** Write a file with a hash in its name, in place of older ones. @returns {string} its name */
function put(name, ending, content) {
  const file = `${name}.${createHash('sha256').update(content).digest('hex').slice(0, 12)}${ending}`
  for (const old of readdirSync(out)) if (old.startsWith(`${name}.`) && old.endsWith(ending) && old !== file) unlinkSync(join(out, old))
  writeFileSync(join(out, file), content)
  console.log(`${file} ${Math.round(content.length / 1024)} KiB`)
  return file
}

/** @param {string} name of the bundle @param {string} entry @param {Record<string, string>} define */
async function bundle(name, entry, define = {}) {
  const built = await build({
    entryPoints: [join(here, entry)],
    absWorkingDir: here,
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2021',
    charset: 'utf8',
    legalComments: 'none',
    loader: {'.css': 'text'},
    define,
  })
  return put(name, '.bundle.js', built.outputFiles[0].contents)
}

// Phones and many desktops have no font with stretching brackets and roots.
const stix = join(out, '..', '..', 'node_modules', '@fontsource', 'stix-two-math')
const font = put('maths', '.font.woff2', readFileSync(join(stix, 'files', 'stix-two-math-latin-400-normal.woff2')))
copyFileSync(join(stix, 'LICENSE'), join(out, 'maths.font.LICENSE'))
const maths = await bundle('maths', 'maths.js', {FONT: JSON.stringify(`./${font}`)})
await bundle('chat', 'main.js', {MATHS: JSON.stringify(`./${maths}`)})
