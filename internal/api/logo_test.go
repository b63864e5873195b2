package api

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/socme-project/socme/soc"
)

func TestALogoIsDecodedAndMadeAnew(t *testing.T) {
	wide := image.NewNRGBA(image.Rect(0, 0, 1000, 500))
	for x := range 1000 {
		wide.Set(x, 10, color.NRGBA{200, 10, 10, 255})
	}
	var plain, photo, huge bytes.Buffer
	for _, err := range []error{
		png.Encode(&plain, wide), jpeg.Encode(&photo, wide, nil), png.Encode(&huge, image.NewNRGBA(image.Rect(0, 0, 5000, 1))),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	// What stands behind a picture is not kept.
	for name, text := range map[string][]byte{"png": append(plain.Bytes(), "<script>"...), "jpeg": photo.Bytes()} {
		made, err := readLogo(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		config, err := png.DecodeConfig(bytes.NewReader(made))
		if err != nil || config.Width != 256 || config.Height != 128 || strings.Contains(string(made), "<script>") {
			t.Errorf("%s becomes %d by %d, %v", name, config.Width, config.Height, err)
		}
	}
	for name, text := range map[string][]byte{
		"nothing": nil, "svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "a broken png": plain.Bytes()[:40],
		"a picture that is too large": huge.Bytes(), "too many bytes": make([]byte, logoMost+1), "webp without a picture": []byte("RIFF\x00\x00\x00\x00WEBPVP8 "),
	} {
		if _, err := readLogo(text); !errors.Is(err, soc.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
