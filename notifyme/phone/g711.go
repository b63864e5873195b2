package phone

// G.711 as ITU-T defines it: 8 bits for a sample of 16, µ-law (PCMU, payload type 0) or A-law (PCMA, 8).
const (
	pcmu = 0
	pcma = 8
)

// encodeG711 encodes samples with the payload type's law.
func encodeG711(samples []int16, payloadType int) []byte {
	law := muLaw
	if payloadType == pcma {
		law = aLaw
	}
	encoded := make([]byte, len(samples))
	for i, sample := range samples {
		encoded[i] = law(sample)
	}
	return encoded
}

func muLaw(sample int16) byte {
	const bias, clip = 0x84, 32635
	value, sign := int(sample), byte(0)
	if value < 0 {
		value, sign = -value, 0x80
	}
	value = min(value, clip) + bias
	exponent := 7
	for mask := 0x4000; value&mask == 0 && exponent > 0; mask >>= 1 {
		exponent--
	}
	return ^(sign | byte(exponent)<<4 | byte(value>>(exponent+3))&0x0f)
}

func aLaw(sample int16) byte {
	value, sign := int(sample)>>3, byte(0xd5) // 13 bits; every even bit is inverted
	if value < 0 {
		value, sign = -value-1, 0x55
	}
	exponent := 0
	for limit := 0x1f; value > limit && exponent < 7; limit = limit<<1 | 1 {
		exponent++
	}
	shift := max(exponent, 1)
	return (byte(exponent)<<4 | byte(value>>shift)&0x0f) ^ sign
}
