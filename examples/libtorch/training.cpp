// A training in LibTorch that does not learn, under watch.
#include <gradclinic/torch/monitor.h>
#include <torch/torch.h>

#include <iostream>

int main() {
  torch::manual_seed(1);
  const torch::Tensor x = torch::randn({1000, 20});
  const torch::Tensor y = x.slice(1, 0, 3).argmax(1);

  torch::nn::Sequential net;
  for (int layer = 0; layer < 12; ++layer) {
    net->push_back(torch::nn::Linear(layer == 0 ? 20 : 32, 32));
    net->push_back(torch::nn::Sigmoid());
  }
  net->push_back(torch::nn::Linear(32, 3));
  torch::optim::SGD optimizer(net->parameters(), 0.1);

  gradclinic::torch::Monitor monitor(*net, optimizer);
  for (int step = 0; step < 300; ++step) {
    const torch::Tensor rows = torch::randint(1000, {64}, torch::kLong);
    optimizer.zero_grad();
    const torch::Tensor loss = torch::nn::functional::cross_entropy(net->forward(x.index({rows})), y.index({rows}));
    loss.backward();
    optimizer.step();
    monitor.step(loss);
  }

  std::cout << monitor.text();
  monitor.report("report.html");
  return monitor.diagnosis().verdict == gradclinic::Health::sick ? 0 : 1;  // that it is found out
}
