package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/socme-project/socme/fetchme"
)

func fetchCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "fetch", Short: "Show what this machine is", Args: cobra.NoArgs,
		Long: "Show what this machine is: system, hardware, addresses, and the versions of what SOCme\n" +
			"works with. On a terminal in colour, unless NO_COLOR is set.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			m := (&fetchme.Reader{SOCme: version}).Fetch(cmd.Context())
			if asJSON {
				return jsonLines(cmd.OutOrStdout(), []fetchme.Machine{m})
			}
			style := fetchme.Style{}
			if screen := terminalOf(cmd.OutOrStdout()); screen != nil {
				style.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
				style.Width, _, _ = term.GetSize(int(screen.Fd())) // 0 is not known
			}
			_, err := io.WriteString(cmd.OutOrStdout(), m.Card(style))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}

// terminalOf is the terminal that a stream leads to, or nil.
func terminalOf(stream any) *os.File {
	if file, ok := stream.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return file
	}
	return nil
}
