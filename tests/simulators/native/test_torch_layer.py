"""A circuit is a layer of a torch model, with slopes as finite differences have them; where torch is installed."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")


def test_slopes_and_training(network, stimuli):
    from ebana_like.simulators.native.torch_layer import CircuitLayer

    circuit = network(feedback=0.5)
    features = torch.from_numpy(stimuli(circuit)[0])
    torch.manual_seed(0)
    before = torch.nn.Linear(2, 2).double()
    layer = CircuitLayer(circuit)
    model = torch.nn.Sequential(before, layer)

    def cost():
        return (torch.tanh(model(features)) ** 2).sum()

    cost().backward()
    assert layer.shares.keys() == {"crossbar1", "crossbar2"}
    for parameter in model.parameters():
        values, slopes = parameter.detach().reshape(-1), parameter.grad.reshape(-1)
        scale = float(slopes.abs().max())
        for place in range(0, len(values), max(len(values) // 8, 1)):
            step, costs = 1e-5, []
            for sign in (1, -1):
                with torch.no_grad():
                    values[place] += sign * step
                    costs.append(cost().item())
                    values[place] -= sign * step
            assert abs((costs[0] - costs[1]) / (2 * step) - float(slopes[place])) < 1e-6 * scale
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    first = cost().item()
    for _ in range(10):
        optimizer.zero_grad()
        cost().backward()
        optimizer.step()
        layer.clamp()
    assert cost().item() < first
    assert all(np.all((s.numpy(force=True) >= 0) & (s.numpy(force=True) <= 1)) for s in layer.shares.values())
