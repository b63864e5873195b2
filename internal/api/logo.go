package api

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// The bounds of a logo.
const (
	logoMost  = 256 << 10 // bytes that are taken
	logoSides = 4096      // pixels that are decoded, at most so many a side
	logoSide  = 256       // pixels that are kept, at most so many a side
	logoPNG   = "image/png"
)

func (a *API) logos(api huma.API) {
	picture := map[string]*huma.MediaType{logoPNG: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	op := operation("client-logo", http.MethodGet, "/clients/{id}/logo", signed, "A client's logo, as PNG")
	op.Errors = append(op.Errors, http.StatusNotFound)
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: picture}, "304": {Description: "It is the one that one has"}}
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		Known string `header:"If-None-Match" maxLength:"256"`
	},
	) (*logo, error) {
		found, err := a.Store.Logo(ctx, scopeOf(ctx), in.ID)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		out := &logo{Status: http.StatusOK, Tag: `"` + found.Hash + `"`, Cache: "private, no-cache", Type: found.Type, Body: found.Image}
		if in.Known == out.Tag {
			out.Status, out.Type, out.Body = http.StatusNotModified, "", nil
			return out, nil
		}
		a.saw(ctx, soc.NamedClient{ID: soc.ClientID(in.ID)})
		return out, nil
	})
	op = operation("set-client-logo", http.MethodPut, "/clients/{id}/logo", admin, "Give a client a logo: PNG, JPEG or WebP, at most 256 KiB")
	op.Description = "It is decoded, made no larger than 256 pixels a side, and kept as PNG: what else the file held is gone."
	op.DefaultStatus = http.StatusOK
	op.MaxBodyBytes = logoMost
	op.Errors = append(op.Errors, http.StatusNotFound, http.StatusRequestEntityTooLarge)
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		logoPNG:      picture[logoPNG],
		"image/jpeg": picture[logoPNG],
		"image/webp": picture[logoPNG],
	}}
	huma.Register(api, op, func(ctx context.Context, in *struct {
		ByID
		RawBody []byte
	},
	) (*answer[soc.Client], error) {
		if _, err := a.Store.Client(ctx, scopeOf(ctx), in.ID); err != nil { // before the work
			return nil, a.problem(ctx, err)
		}
		made, err := readLogo(in.RawBody)
		if err == nil {
			_, err = a.Store.SetLogo(ctx, scopeOf(ctx), in.ID, store.Logo{Type: logoPNG, Image: made})
		}
		var client soc.Client
		if err == nil {
			client, err = a.Store.Client(ctx, scopeOf(ctx), in.ID)
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[soc.Client]{client}, nil
	})
	op = operation("delete-client-logo", http.MethodDelete, "/clients/{id}/logo", admin, "Take a client's logo away")
	op.Errors = append(op.Errors, http.StatusNotFound)
	huma.Register(api, op, func(ctx context.Context, in *ByID) (*struct{}, error) {
		_, err := a.Store.SetLogo(ctx, scopeOf(ctx), in.ID, store.Logo{})
		return nil, a.problem(ctx, err)
	})
}

type logo struct {
	Status int
	Tag    string `header:"ETag"`
	Cache  string `header:"Cache-Control"`
	Type   string `header:"Content-Type"`
	Body   []byte
}

// readLogo decodes a picture that somebody sent, and makes one of ours of it.
func readLogo(text []byte) ([]byte, error) {
	if len(text) > logoMost {
		return nil, fmt.Errorf("%w: the picture has %d bytes; a logo has at most %d", soc.ErrInvalid, len(text), logoMost)
	}
	var config func() (image.Config, error)
	var decode func() (image.Image, error)
	switch {
	case bytes.HasPrefix(text, []byte("\x89PNG\r\n\x1a\n")):
		config = func() (image.Config, error) { return png.DecodeConfig(bytes.NewReader(text)) }
		decode = func() (image.Image, error) { return png.Decode(bytes.NewReader(text)) }
	case bytes.HasPrefix(text, []byte("\xff\xd8\xff")):
		config = func() (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(text)) }
		decode = func() (image.Image, error) { return jpeg.Decode(bytes.NewReader(text)) }
	case len(text) > 12 && string(text[:4]) == "RIFF" && string(text[8:12]) == "WEBP":
		config = func() (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(text)) }
		decode = func() (image.Image, error) { return webp.Decode(bytes.NewReader(text)) }
	default:
		return nil, fmt.Errorf("%w: a logo is a PNG, JPEG or WebP picture", soc.ErrInvalid)
	}
	size, err := config()
	if err != nil {
		return nil, fmt.Errorf("%w: the picture cannot be read", soc.ErrInvalid)
	}
	if size.Width < 1 || size.Height < 1 || size.Width > logoSides || size.Height > logoSides || size.Width*size.Height > logoSides*logoSides/4 {
		return nil, fmt.Errorf("%w: the picture is %d by %d pixels; a logo has at most %d on a side, and 4 million in all", soc.ErrInvalid, size.Width, size.Height, logoSides)
	}
	from, err := decode()
	if err != nil {
		return nil, fmt.Errorf("%w: the picture cannot be read", soc.ErrInvalid)
	}
	width, height := size.Width, size.Height
	if longest := max(width, height); longest > logoSide {
		width, height = max(1, width*logoSide/longest), max(1, height*logoSide/longest)
	}
	to := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, to); err != nil {
		return nil, fmt.Errorf("write the picture: %w", err)
	}
	return out.Bytes(), nil
}
