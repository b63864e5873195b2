package phone

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// rate is in samples a second, for all audio here.
const rate = 8000

// parseWAV returns the sound in a WAV file of 16 bit PCM, mixed to one channel, at 8,000 samples a second. A length
// beyond the end, as programs write that stream, means: to the end.
func parseWAV(file []byte) ([]int16, error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return nil, errors.New("it is no WAV file")
	}
	var channels, perSecond int
	for rest := file[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		chunk := rest[8:]
		chunk = chunk[:min(size, len(chunk))]
		switch name {
		case "fmt ":
			if len(chunk) < 16 {
				return nil, errors.New("its format is cut short")
			}
			format, bits := binary.LittleEndian.Uint16(chunk), binary.LittleEndian.Uint16(chunk[14:])
			channels, perSecond = int(binary.LittleEndian.Uint16(chunk[2:])), int(binary.LittleEndian.Uint32(chunk[4:]))
			if (format != 1 && format != 0xfffe) || bits != 16 {
				return nil, fmt.Errorf("its format is %d with %d bits; PCM with 16 is needed", format, bits)
			}
			if channels < 1 || channels > 8 || perSecond < 4000 || perSecond > 192000 {
				return nil, fmt.Errorf("it has %d channels at %d Hz", channels, perSecond)
			}
		case "data":
			if channels == 0 {
				return nil, errors.New("its sound stands before its format")
			}
			return resample(mix(chunk, channels), perSecond), nil
		}
		rest = rest[8:]
		rest = rest[min(size+size&1, len(rest)):]
	}
	return nil, errors.New("it holds no sound")
}

func mix(data []byte, channels int) []int16 {
	samples := make([]int16, len(data)/2/channels)
	for i := range samples {
		sum := 0
		for c := range channels {
			sum += int(int16(binary.LittleEndian.Uint16(data[(i*channels+c)*2:])))
		}
		samples[i] = int16(sum / channels)
	}
	return samples
}

// resample brings samples to rate with a windowed sinc of 32 zero crossings, which lets nothing above 4 kHz fold back.
func resample(samples []int16, from int) []int16 {
	if from == rate {
		return samples
	}
	const crossings = 16
	step := float64(from) / rate
	cutoff := min(1, 1/step) * 0.95 // of the lower of both Nyquist frequencies
	reach := crossings / cutoff
	out := make([]int16, int(float64(len(samples))/step))
	for i := range out {
		centre := float64(i) * step
		sum, weights := 0.0, 0.0
		for k := max(0, int(math.Ceil(centre-reach))); k <= min(len(samples)-1, int(centre+reach)); k++ {
			x := float64(k) - centre
			w := sinc(x*cutoff) * (0.5 + 0.5*math.Cos(math.Pi*x/reach))
			sum += w * float64(samples[k])
			weights += w
		}
		if weights > 1e-9 {
			out[i] = int16(max(math.MinInt16, min(math.MaxInt16, math.Round(sum/weights))))
		}
	}
	return out
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// beep tells who pressed the key that it was heard.
func beep() []int16 {
	samples := make([]int16, rate*2/5)
	for i := range samples {
		frequency := 660.0
		if i > len(samples)/2 {
			frequency = 880
		}
		samples[i] = int16(6000 * math.Sin(2*math.Pi*frequency*float64(i)/rate))
	}
	return samples
}
