// Makes one tree into another by touching only what differs: the browser lays out and paints no more than that, and
// what a person has selected stays selected.

/**
 * Make the children of `old`, those behind its child `after` if one is given, the children of `fresh`, which is used up.
 * @param {Node} old @param {Node} fresh @param {Node | null} [after]
 */
export function morph(old, fresh, after = null) {
  let kept = after ? after.nextSibling : old.firstChild
  for (const next of [...fresh.childNodes]) {
    const here = kept
    kept = kept && kept.nextSibling
    if (!here) old.appendChild(next)
    else if (here.nodeName !== next.nodeName || here.namespaceURI !== next.namespaceURI) old.replaceChild(next, here)
    else if (next.nodeType === 1) {
      attributes(here, next)
      morph(here, next)
    } else text(here, next.data)
  }
  while (kept) {
    const gone = kept
    kept = kept.nextSibling
    gone.remove()
  }
}

function text(node, data) {
  if (data.startsWith(node.data)) {
    if (data.length > node.data.length) node.appendData(data.slice(node.data.length))
  } else node.data = data
}

function attributes(old, fresh) {
  for (const {name, value} of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  if (old.attributes.length === fresh.attributes.length) return
  for (const {name} of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name)
}
