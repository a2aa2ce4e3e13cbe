// A real kube-apiserver for promtune's tests, compiled from the Kubernetes module.
//
// Two variables make it handier than the stock program:
//
//	PROMTUNE_APISERVER_VERSION  what /version answers: a managed platform's build of the
//	                            same release, for example v1.33.13-eks-113cf36
//	PROMTUNE_APISERVER_KEY      a file for the service account key, made when it is missing
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
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
	if file := os.Getenv("PROMTUNE_APISERVER_KEY"); file != "" {
		if err := ensureKey(file); err != nil {
			fmt.Fprintln(os.Stderr, "PROMTUNE_APISERVER_KEY:", err)
			os.Exit(2)
		}
	}
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}

func ensureKey(file string) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}
