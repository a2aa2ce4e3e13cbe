// A real kube-apiserver for promtune's tests, compiled from the Kubernetes module.
//
// PROMTUNE_APISERVER_VERSION, when set, is what /version answers: a managed
// platform's build of the same release, for example v1.33.13-eks-113cf36.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/component-base/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if v := os.Getenv("PROMTUNE_APISERVER_VERSION"); v != "" {
		if err := version.SetDynamicVersion(v); err != nil {
			fmt.Fprintln(os.Stderr, "PROMTUNE_APISERVER_VERSION:", err)
			os.Exit(2)
		}
	}
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
