/** Names of ISO/IEC 23009-1, all editions; those of other namespaces have a prefix. */
const attributeNames = [
  'id profiles type availabilityStartTime availabilityEndTime publishTime mediaPresentationDuration',
  'minimumUpdatePeriod minBufferTime timeShiftBufferDepth suggestedPresentationDelay maxSegmentDuration',
  'maxSubsegmentDuration start duration bitstreamSwitching href actuate group lang contentType par minBandwidth',
  'maxBandwidth minWidth maxWidth minHeight maxHeight minFrameRate maxFrameRate segmentAlignment',
  'subsegmentAlignment subsegmentStartsWithSAP initializationSetRef initializationPrincipal width height sar',
  'frameRate audioSamplingRate mimeType segmentProfiles codecs containerProfiles supplementalCodecs',
  'supplementaryCodecs maximumSAPPeriod startWithSAP maxPlayoutRate codingDependency scanType selectionPriority',
  'tag bandwidth qualityRanking dependencyId associationId associationType mediaStreamStructureId level',
  'dependencyLevel contentComponent timescale presentationTimeOffset presentationDuration indexRange',
  'indexRangeExact availabilityTimeOffset availabilityTimeComplete eptDelta pdDelta startNumber endNumber',
  'sourceURL range media index initialization mediaRange t n d r k p pE nominalDuration serviceLocation byteRange',
  'rangeAccess schemeIdUri value ref refId robustness presentationTime contentEncoding messageData metrics',
  'starttime contains moreInformationURL order preselectionComponents interval minBufferTime closed inband',
  'applicationScheme wallClockTime availabilityStartLeapOffset nextAvailabilityStartLeapOffset nextLeapChangeTime',
  'referenceId target max min mediaType maxDifference defaultServiceLocation queryBeforeStart proxyServerURL',
  'clientRequirement valid vbr bufferTime dT dI dImax dImin dTmax dTmin marker ttl mpdId originalPublishTime',
  'inAllPeriods popularityRate source sourceDescription includeInRequests version mode keys contentID sessionID',
  'url location weight priority alignment lastSegmentNumber useMPDdateTime',
]

const elementNames = [
  'MPD Period AdaptationSet Representation SubRepresentation BaseURL Location PatchLocation ProgramInformation',
  'Title Source Copyright Metrics Reporting Range EssentialProperty SupplementalProperty UTCTiming',
  'LeapSecondInformation ServiceDescription Scope Latency PlaybackRate OperatingQuality OperatingBandwidth',
  'ContentSteering InitializationSet InitializationGroup InitializationPresentation AssetIdentifier EventStream',
  'Event Subset EmptyAdaptationSet Preselection SegmentBase SegmentList SegmentTemplate SegmentTimeline S Pattern P',
  'Initialization RepresentationIndex BitstreamSwitching SegmentURL FailoverContent FCS ContentProtection',
  'FramePacking AudioChannelConfiguration InbandEventStream OutputProtection Switching RandomAccess GroupLabel Label',
  'ProducerReferenceTime ContentPopularityRate PR Resync Accessibility Role Rating Viewpoint ContentComponent',
  'ExtendedBandwidth ModelPair ClientDataReporting CMCDParameters SegmentSequenceProperties ImportedMPD Group',
]

const wordsOf = (lines: readonly string[]): readonly string[] => lines.flatMap((line) => line.split(' '))

export const mpdAttributes: ReadonlySet<string> = new Set(wordsOf(attributeNames))
export const mpdElements: ReadonlySet<string> = new Set(wordsOf(elementNames))

/** The known name that an unknown one is meant to be: other capitals, or one or two letters off; else null. */
export function closestName(name: string, known: ReadonlySet<string>): string | null {
  if (name.length > 48) return null
  const lower = name.toLowerCase()
  const maxDistance = name.length < 5 ? 0 : name.length < 9 ? 1 : 2
  let closest: string | null = null
  let least = maxDistance + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const distance = distanceBetween(lower, candidate.toLowerCase())
    if (distance < least) [closest, least] = [candidate, distance]
  }
  return closest
}

/** How many letters have to be put in, taken out, replaced or swapped with their neighbour. */
function distanceBetween(one: string, other: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1]
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1))
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      if (isSwapped) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      row.push(least)
    }
    ;[beforeLast, last] = [last, row]
  }
  return last[other.length] ?? 0
}
