#include "gradclinic/program.h"

int main(int argc, char** argv) { return gradclinic::run_program(argc, argv); }
