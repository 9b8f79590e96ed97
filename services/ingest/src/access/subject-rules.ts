/** A rule for certificates of other roots: a certificate's SHA-256, or attributes that its subject must have. */
export type ForeignRule =
  | { readonly kind: 'fingerprint'; readonly sha256: string }
  | { readonly kind: 'subject'; readonly attributes: readonly string[] }

/** `sha256:<64 hex digits>`, or `O=Acme,OU=Cameras`; null for anything else. */
export function parseForeignRule(text: string): ForeignRule | null {
  const [, hex] = /^sha256:([0-9a-f:]+)$/i.exec(text) ?? []
  if (hex !== undefined) {
    const sha256 = hex.replaceAll(':', '').toLowerCase()
    return sha256.length === 64 ? { kind: 'fingerprint', sha256 } : null
  }
  const attributes = text.split(',').map((attribute) => attribute.trim())
  return attributes.every((attribute) => /^[A-Za-z0-9.]+=.+$/.test(attribute))
    ? { kind: 'subject', attributes }
    : null
}

/** Whether one of the rules lets a certificate in; `subject` has its attributes, such as `O=Acme`. */
export function isAcceptedBy(
  rules: readonly ForeignRule[],
  fingerprint: string,
  subject: readonly string[],
): boolean {
  return rules.some((rule) =>
    rule.kind === 'fingerprint'
      ? rule.sha256 === fingerprint
      : rule.attributes.every((attribute) => subject.includes(attribute)),
  )
}
