/** So many of its last characters stay when it is too long. */
const kept = 5

/** What is read of a node from far: of a long name both ends, for names of one project begin alike. */
export function FarName({ name }: { name: string }) {
  const [head, tail] = partName(name)
  return (
    <span className="panel-far-name" aria-hidden="true">
      <bdi>{head}</bdi>
      {tail !== '' && <bdi className="panel-far-tail">{tail}</bdi>}
    </span>
  )
}

/** Parts only what is plain: a mark or a letter of another script may belong to the one before it. */
export function partName(name: string): readonly [head: string, tail: string] {
  if (name.length <= kept + 3 || !/^[\x21-\x7e]+$/.test(name)) return [name, '']
  return [name.slice(0, -kept), name.slice(-kept)]
}
